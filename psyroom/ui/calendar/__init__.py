"""The week calendar: where things stand (`layout`), how they look (`paint`), what lies over it while hands
move (`over`, `carry`), what hands do with it (`grid`), head and hours together (`whole`)."""

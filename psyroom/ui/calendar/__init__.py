"""The week calendar: where things stand (`layout`), how they look (`paint`), what hands do with it (`grid`)."""

"""What each sub-command does, a file per subject: opens the room, calls one service, says what came of it.

Heavy imports happen inside the functions: `psyroom --help` reads no database.
"""

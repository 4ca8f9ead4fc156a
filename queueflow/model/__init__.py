"""Values: facilities, visits, tickets, commands, events, errors; pure, no input or output."""

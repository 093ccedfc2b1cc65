"""Pages of staff about offices, the people in them, places and working days."""

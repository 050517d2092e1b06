"""What the functions of the shop have in common."""

"""The build machine: random projects, a pure oracle of what their builds leave, and of what each build has to do."""

"""The families of base models: each file builds one, and says what the registry knows of it."""

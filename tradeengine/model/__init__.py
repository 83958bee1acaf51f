"""The vocabulary: frozen values that every room of the house shares."""

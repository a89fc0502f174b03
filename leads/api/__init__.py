"""The API of leads, and of conversations with their leads."""

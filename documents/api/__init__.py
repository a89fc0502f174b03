"""/api/media, and messages that send one of our documents."""

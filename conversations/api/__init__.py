"""The API of conversations, their messages and contacts. Views call use cases; serializers say what a body may hold."""

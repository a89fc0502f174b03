"""A person's own pages: who they are, their businesses, the members of one, invitations."""

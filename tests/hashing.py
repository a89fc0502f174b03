"""A password hasher that tells how often it was asked: what an answer costs, without a clock."""

from django.contrib.auth.hashers import MD5PasswordHasher


class CountedHasher(MD5PasswordHasher):
    algorithm = "counted"
    hashed = 0

    def encode(self, password, salt):
        CountedHasher.hashed += 1
        return super().encode(password, salt)


NAME = "tests.hashing.CountedHasher"

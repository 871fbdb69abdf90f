"""The version, where it is read without looking for what is installed."""

VERSION = "0.1.0"

"""Checks that every member of a family passes, as plain functions."""

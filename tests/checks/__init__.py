"""Checks that every member of a family has to pass, as plain functions."""

"""Restricted Boltzmann machines and networks that start from a stack of them."""

"""What other tools count: quantities of a network, a row of weights a tool, and the way from one total to another."""

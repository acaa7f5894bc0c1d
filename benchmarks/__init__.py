"""How long archcalc takes, each figure beside another one that is measured in the same run.

python -m benchmarks [start] [warm] [growth] [compare] [export] [rivals]
"""

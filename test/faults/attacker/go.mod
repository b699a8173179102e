module imagegate/test/faults/attacker

go 1.24

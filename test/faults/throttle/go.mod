module imagegate/test/faults/throttle

go 1.21

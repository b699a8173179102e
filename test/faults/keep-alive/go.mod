module imagegate/test/faults/keep-alive

go 1.21

module ringhost

go 1.27

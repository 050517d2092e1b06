"""What is to be done and why: graph, keys, scan, trace, rebuilder. Pure and synchronous but for scan and trace."""

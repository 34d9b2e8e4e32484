import resource

soft = {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_STACK")}
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print("clean" if soft["RLIMIT_NOFILE"][0] > 100 and soft["RLIMIT_FSIZE"][0] > 1 << 20 else soft)

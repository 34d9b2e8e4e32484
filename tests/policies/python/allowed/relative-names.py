class Importer:
    from_ = "os"
    import_ = "sys"


important = Importer.from_
reimport = Importer.import_
print(important, reimport, "from", "os")

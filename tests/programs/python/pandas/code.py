import io

import pandas as pd

text = "name,value\nAnna,1\nZoë,2\nAnna,3\n"
frame = pd.read_csv(io.StringIO(text))
print(frame.groupby("name")["value"].agg(["count", "sum"]))

import json
import os
import sys

from list_node import ListNode

values = json.loads(sys.stdin.readline())
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from main import reverse_list

head = None
for value in reversed(values):
    head = ListNode(value, head)
node, found = reverse_list(head), []
while node is not None and len(found) <= len(values):
    found.append(node.val)
    node = node.next
print("a cycle" if len(found) > len(values) else json.dumps(found, separators=(",", ":")), file=answer, flush=True)

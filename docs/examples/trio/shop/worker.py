"""A worker: signs an order every second, and finishes the one in hand when it is asked to end."""

import hashlib
import os
import signal
import threading

end = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: end.set())
order = 0
while not end.is_set():
    order += 1
    signature = hashlib.sha256(f"{os.environ['TOKEN']} {order}".encode()).hexdigest()[:12]
    print(f"order {order} signed {signature}", flush=True)
    end.wait(1)
print("finished", flush=True)

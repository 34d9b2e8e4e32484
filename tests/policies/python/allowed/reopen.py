class Shop:
    def __init__(self):
        self.state = "closed"

    def open(self):
        self.state = "open"

    def reopen(self):
        self.open()


def opened(shop):
    return shop.state == "open"


shop = Shop()
shop.reopen()
print(opened(shop))

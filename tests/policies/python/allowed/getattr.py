class Robot:
    def walk(self):
        return "walks"


robot = Robot()
print(getattr(robot, "walk")(), hasattr(robot, "eval"), vars(robot))

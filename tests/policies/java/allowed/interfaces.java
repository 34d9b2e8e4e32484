interface Shape { double area(); }

record Circle(double r) implements Shape {
    public double area() { return Math.PI * r * r; }
}

class Main {
    public static void main(String[] args) {
        Shape shape = new Circle(1);
        System.out.printf("%.2f%n", shape.area());
    }
}

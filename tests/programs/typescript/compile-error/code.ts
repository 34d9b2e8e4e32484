function twice(n: number): number {
    return 2 * n;
}
console.log(twice("21"));

class Account<T> {
  constructor(private readonly password: string, public tag?: T) {}
  check(password: string): boolean {
    return this.password === password;
  }
}
console.log(new Account<number>(process.argv[2] ?? "").check(""));

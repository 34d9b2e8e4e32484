import { EventEmitter } from "node:events";

enum Color { Red = 1, Green }
namespace Shapes {
    export interface Shape { readonly sides: number }
    export const square: Shape = { sides: 4 };
}
class Counter<T> {
    #counts = new Map<T, number>();
    constructor(private readonly step: number = 1) {}
    add(key: T): this {
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + this.step);
        return this;
    }
    get entries(): [T, number][] {
        return [...this.#counts];
    }
}
const emitter = new EventEmitter();
emitter.on("done", (n: number) => console.log(Color[n], Shapes.square.sides));
emitter.emit("done", 2);
console.log(JSON.stringify(new Counter<string>(2).add("a").add("a").entries), Object.groupBy([1, 2], (n) => n % 2 ? "odd" : "even").odd);
(async () => console.log(await Promise.all([1, Promise.resolve(2)])))();

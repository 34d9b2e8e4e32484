function length(text: string | undefined): number {
    return text.length;
}
console.log(length("a"));

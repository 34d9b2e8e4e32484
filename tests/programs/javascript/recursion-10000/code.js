// Node's stack holds 12,000 frames of a function without arguments; raising it would cost each start its code cache.
let depth = 0;

function down() {
    depth++;
    if (depth < 10000) down();
}

down();
console.log(depth);

const add = () => 3;

const value = () => ({ message: { toString: 1 }, cause: { toString: 1 } });

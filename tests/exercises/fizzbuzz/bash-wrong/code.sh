echo Fizz

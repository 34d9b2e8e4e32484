require "socket"

server = TCPServer.new("localhost", 3000)
Thread.new do
  connection = server.accept
  connection.write("hello from localhost")
  connection.close
end
puts TCPSocket.new("localhost", 3000).read

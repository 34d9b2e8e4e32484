# rule: ruby-network
require 'socket'
TCPSocket.new('example.org', 80)

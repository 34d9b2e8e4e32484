class Shop
  attr_accessor :open, :exec
  def system(x)
    x
  end
  def eval = 42
end
shop = Shop.new
shop.open = true
puts shop.open, shop.eval, shop.system(1)
evaluation = [1, 2].sum
puts evaluation

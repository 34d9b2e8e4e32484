require "rspec/autorun"

RSpec.describe "the sum" do
  it "adds" do
    expect(1 + 1).to eq 2
  end

  it "fails" do
    expect(1 + 1).to eq 3
  end
end

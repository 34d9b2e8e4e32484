# Loaded before each program, which starts with --disable=gems: RubyGems and the three libraries that improve messages take
# four fifths of Ruby's start, and most programs use none of them. Here each is loaded when it is first needed.

# A pipe is buffered until the end, which a program that runs into its time limit does not see.
STDOUT.sync = true

# The gems that are installed: `require "rspec"` finds them as it finds the standard library.
$LOAD_PATH.concat(File.readlines("#{__dir__}/gem-paths", chomp: true))

autoload :Gem, "rubygems"
autoload :DidYouMean, "did_you_mean"
autoload :ErrorHighlight, "error_highlight"
module Kernel
  private def gem(...)
    Gem # RubyGems replaces this method
    gem(...)
  end
end

module SandpoolMessages
  LIBRARIES = %w[error_highlight did_you_mean syntax_suggest/core_ext]

  def detailed_message(...)
    return super if LIBRARIES.empty?

    require LIBRARIES.shift until LIBRARIES.empty?
    detailed_message(...)
  end
end
[NameError, KeyError, NoMatchingPatternKeyError, LoadError, TypeError, ArgumentError, SyntaxError].each do |error|
  error.prepend(SandpoolMessages)
end

# SPDX-License-Identifier: ISC
#
# Reads the tables of a program's C source and prints them as shell variables
# for bash.in and zsh.in, in a syntax that both shells share.  It finds:
#
#	"usage: NAME [-dfV] [-c file] ... operand"	options and operands
#	{ "section", "key", CONFIG_TYPE, "default", ...	keys, for -o
#	{ "command", "arguments", 0, 0, CONFIG, ...	commands
#
# Exits with 1 if the source has no usage, because the tables have moved then.

{ text = text $0 "\n" }

END {
	gsub(/"[ \t\n]+"/, "", text)	# strings that go on in the next line
	gsub(/[ \t\n]+/, " ", text)
	if (!match(text, /usage: [a-z-]+ [^"]*/)) {
		print "tables.awk: no usage in the source" >"/dev/stderr"
		exit 1
	}
	usage(substr(text, RSTART, RLENGTH))
	keys(text)
	commands(text)
}

function quote(word)
{
	gsub(/'/, "'\\''", word)
	return "'" word "'"
}

# The options without an argument, the options with the name of their argument,
# and the operands.
function usage(line,	plain, takes, operands, group, i)
{
	sub(/^usage: [a-z-]+ /, "", line)
	sub(/\\n.*/, "", line)
	if (line ~ /command \[arg/)
		line = substr(line, 1, index(line, "command") - 1)
	# Of one letter only.
	gsub(/\[--[a-z]+(\[=[a-z]+\])?( [a-z]+)?\] /, "", line)
	while (match(line, /\[-[A-Za-z]+( [^]]*)?\]/)) {
		group = substr(line, RSTART + 2, RLENGTH - 3)
		line = substr(line, RSTART + RLENGTH)
		if (group ~ / /)
			takes = takes " [-" substr(group, 1, 1) "]=" \
			    quote(substr(group, 3))
		else
			for (i = 1; i <= length(group); i++)
				plain = plain " -" substr(group, i, 1)
	}
	gsub(/[][]/, "", line)
	operands = line
	print "\tlocal -a plain=(" substr(plain, 2) ")"
	print "\tlocal -A takes=(" substr(takes, 2) ")"
	gsub(/^ +| +$/, "", operands)
	print "\tlocal -a operands=(" operands ")"
}

# The values of a key, or its type in angle brackets if they are not listed.
function keys(text,	row, type, part)
{
	print "\tlocal -A values=("
	while (match(text, /\{ "[a-z_]+", "[a-z_]+", CONFIG_[^}]*\}/)) {
		row = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		split(row, part, "\"")
		match(row, /CONFIG_[A-Z]+/)
		type = substr(row, RSTART + 7, RLENGTH - 7)
		if (type == "CHOICE")
			type = part[10]
		else if (type == "BOOL")
			type = "yes no"
		else
			type = "<" tolower(type) ">"
		print "\t\t[" part[2] "." part[4] "]=" quote(type)
	}
	print "\t)"
}

# Each command with its arguments, as in the program's own usage.
function commands(text,	row, part)
{
	print "\tlocal -A commands=("
	while (match(text, /\{ "[a-z]+", "[^"]*", [0-9]+, [0-9A-Z_]+,/)) {
		row = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		split(row, part, "\"")
		print "\t\t[" part[2] "]=" quote(part[4])
	}
	print "\t)"
}

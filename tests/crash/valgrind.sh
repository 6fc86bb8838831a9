# shellcheck shell=sh disable=SC2154 # of lib.sh
# valgrind.sh - run a program under valgrind: an error, or memory that nobody
# can free any more, makes it exit 99 and is told in the file valgrind.log.
under_valgrind()
{
	# hurt.c has a malloc of its own, which is not to be overlooked
	valgrind -q --error-exitcode=99 --leak-check=full --num-callers=20 \
	    --errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes \
	    --soname-synonyms=somalloc=NONE --log-file="$tmp/valgrind.log" "$@"
}

# shellcheck shell=sh disable=SC2154 # of lib.sh
# plain.sh - the long tests of this room look at the programs as they are
# installed, not at those with sanitizers: CRM_PLAIN says where those are.
if [ -n "${CRM_PLAIN:-}" ]; then
	case $CRM_PLAIN in
	/*) ;;
	*) CRM_PLAIN=$top/$CRM_PLAIN ;;
	esac
	CRM_BUILD=$CRM_PLAIN
	PATH=$CRM_BUILD/bin:$PATH
	export CRM_BUILD PATH
fi

/// The shell script that makes a cluster, runs it, and takes everything away again.
///
/// It reads commands from its standard input and answers each with one line. The other end of that pipe is held by the
/// process that wants the cluster and by nobody else, so end of file means: stopped, crashed or killed with -9. A
/// parent-death signal would not do in its place, for it is tied to a thread and it reaches one process only.
///
/// The folder is made here and not in Swift, so that there is no moment at which it has no owner.
let supervisorScript = #"""
  base=$1 owner=$2 bin=$3 configuration=$4
  trap '' PIPE
  reply() { printf '%s\n' "$*"; }

  folder=$(mktemp -d "$base/muster.XXXXXX" 2>/dev/null) || { reply "refused"; exit 1; }
  data=$folder/data log=$folder/log server=
  reply "folder $folder"
  cd "$folder" || exit 1

  as_owner= dies_with_us=
  if [ -n "$owner" ]; then
    as_owner="setpriv --reuid=$owner --regid=$(id -gn "$owner") --init-groups --"
    chown -R "$owner" "$folder"
  fi
  # Only for the case that this very script is killed with -9.
  if setpriv --pdeathsig QUIT true 2>/dev/null; then
    dies_with_us="${as_owner:-setpriv --} "
    dies_with_us="setpriv --pdeathsig QUIT ${dies_with_us#setpriv }"
  else
    dies_with_us=$as_owner
  fi

  is_running() { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; }
  is_ready() { [ "$(sed -n '1p;8p' "$data/postmaster.pid" 2>/dev/null | tr -d ' \n')" = "${server}ready" ]; }

  launch() {
    $dies_with_us "$bin/postgres" -D "$data" >>"$log" 2>&1 </dev/null &
    server=$!
    while is_running; do
      is_ready && return 0
      sleep 0.02
    done
    return 1
  }

  start() { if launch; then reply "ready $server"; else reply "failed"; fi; }

  # After a crash the backends need a moment to see that the postmaster is gone; until then the new one refuses.
  start_after_crash() {
    attempts=0
    until launch; do
      attempts=$((attempts + 1))
      [ "$attempts" -lt 50 ] || { reply "failed"; return; }
      sleep 0.2
    done
    reply "ready $server"
  }

  # An orderly stop may take as long as its checkpoint does; one that is to be gone at once may not.
  stop() {
    is_running || return 0
    kill -"$1" "$server" 2>/dev/null
    waited=0
    while is_running; do
      waited=$((waited + 1))
      [ "$1$waited" != QUIT1000 ] || kill -KILL "$server" 2>/dev/null
      sleep 0.02
    done
  }

  kill_all() {
    backends=$(cat "/proc/$server/task/$server/children" 2>/dev/null)
    stop KILL
    [ -z "$backends" ] || kill -KILL $backends 2>/dev/null
  }

  clean_up() { trap '' HUP INT TERM; stop QUIT; cd /; rm -rf "$folder"; exit 0; }
  trap clean_up HUP INT TERM

  if $as_owner "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions >>"$log" 2>&1
  then
    printf '%s\nunix_socket_directories = '\''%s'\''\n' "$configuration" "$folder" >>"$data/postgresql.conf"
    start
  else
    reply "failed"
  fi

  kept=
  while read -r command; do
    case $command in
      restart) stop INT; start ;;
      crash) kill_all; start_after_crash ;;
      keep) kept=yes; reply "kept $$" ;;
    esac
  done
  if [ -n "$kept" ]; then
    wait "$server"
  fi
  clean_up
  """#

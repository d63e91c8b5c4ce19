#!/bin/sh
# One of FFmpeg's programs, where one role meets one fault; see fake.rs.
folder=@FOLDER@
real=@REAL@
fault=@FAULT@
role=@ROLE@
always=@ALWAYS@
bytes=@BYTES@

for last in "$@"; do :; done
case " $* " in
    *" -version "* | *" -encoders "* | *" -filters "*) mine=question ;;
    *" nut pipe:1 "*) mine=decoder ;;
    *colour.ivf*) mine=colour ;;
    *alpha.ivf*) mine=alpha ;;
    *sound.mk[av]* | *sound.mp4*) mine=sound ;;
    *) mine=@OTHER@ ;;
esac
# The sound is read again where it is looked at; only where it is made is it the last word.
[ $mine = sound ] && case $last in *sound.*) ;; *) mine=@OTHER@ ;; esac
[ "$mine" = "$role" ] || exec "$real" "$@"
# mkdir is done by one alone, however many come at once.
if ! mkdir "$folder/fired" 2>/dev/null && [ $always = no ]; then exec "$real" "$@"; fi

met() { date +%s%N >"$folder/met.part" && mv "$folder/met.part" "$folder/met"; }
# What comes before the fault: so many bytes in, or out.
begin() {
    case $role in
        colour | alpha) head -c "$bytes" | "$real" "$@" 2>/dev/null >/dev/null ;;
        decoder | probe) "$real" "$@" 2>/dev/null | head -c "$bytes" ;;
        *) ;;
    esac
}
case $fault in
    dies)
        begin "$@"
        met
        kill -KILL $$
        ;;
    stops)
        begin "$@"
        met
        kill -STOP $$
        ;;
    exits)
        begin "$@"
        met
        echo "[fake @ 0x1] it went wrong here" >&2
        exit 3
        ;;
    quits)
        begin "$@"
        met
        exit 0
        ;;
    rubbish)
        begin "$@"
        met
        case $role in
            colour | alpha)
                yes rubbish | head -c 5000 >"${last#file:}"
                cat >/dev/null
                ;;
            sound) yes rubbish | head -c 100000 >"${last#file:}" ;;
            *) yes rubbish | head -c 300000 ;;
        esac
        exit 0
        ;;
    sleeps)
        met
        exec sleep 3600
        ;;
    chatters)
        begin "$@"
        met
        exec yes "[fake @ 0x1] complaint" >&2
        ;;
esac

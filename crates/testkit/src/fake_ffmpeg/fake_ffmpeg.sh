#!/bin/sh
# An FFmpeg with a GPU that fails by script; see fake_ffmpeg.rs. Plain POSIX sh: it must start fast everywhere.
folder=@FOLDER@
real=@REAL@
device=${CUDA_VISIBLE_DEVICES:--}

# What is asked for? An encoder is the value of an option, so that `-h encoder=…` is no job.
encoder=-
kind=-
list=no
help=
decodes=no
decoder_kind=-
b_refs=no
b_frames=no
loglevel=info
before=
for arg in "$@"; do
    case $arg in
        h264_nvenc | hevc_nvenc | av1_nvenc) encoder=$arg ;;
        -encoders) list=yes ;;
        encoder=av1_nvenc) help=av1 ;;
        *reel-decoder-probe-*) decoder_kind=probe ;;
    esac
    case $before in
        -f) [ "$arg" = lavfi ] && kind=probe ;;
        -hwaccel) decodes=yes ;;
        -b_ref_mode*) [ "$arg" != disabled ] && [ "$arg" != 0 ] && b_refs=yes ;;
        -bf*) [ "$arg" != 0 ] && b_frames=yes ;;
        -v | -loglevel) loglevel=$arg ;;
    esac
    before=$arg
done
[ "$encoder" = - ] && kind=-
# A GPU that only decodes.
if [ "$encoder" = - ] && [ $decodes = yes ]; then
    encoder=nvdec
    kind=$decoder_kind
fi

# The first rule that fits.
fault=-
if [ "$encoder" != - ]; then
    while read -r rule_device rule_encoder when rule_fault; do
        [ "$rule_device" = any ] || [ "$rule_device" = "$device" ] || continue
        [ "$rule_encoder" = any ] || [ "$rule_encoder" = "$encoder" ] || continue
        # Else a number: so many real jobs are spared, and every probe.
        if [ "$when" != always ]; then
            [ "$kind" != probe ] || continue
            [ "$when" = 0 ] || [ "$(grep -Ec "	(nvdec|[a-z0-9]+_nvenc)	-	" "$folder/calls")" -ge "$when" ] || continue
        fi
        case $rule_fault in
            no-b-frame-references) [ $b_refs = yes ] || continue ;;
            no-b-frames) [ $b_frames = yes ] || continue ;;
        esac
        fault=$rule_fault
        break
    done <"$folder/rules"
fi

args=
for arg in "$@"; do args="$args$arg$(printf '\037')"; done
printf '%s\t%s\t%s\t%s\t%s\n' "$device" "$encoder" "$kind" "$fault" "$args" >>"$folder/calls"

if [ $list = yes ]; then
    listed=$("$real" "$@") || exit $?
    printf '%s\n' "$listed"
    for name in h264_nvenc hevc_nvenc av1_nvenc; do
        case $listed in
            *" $name "*) ;;
            *) printf ' V....D %-20s NVIDIA NVENC %s encoder (codec %s)\n' $name ${name%_nvenc} ${name%_nvenc} ;;
        esac
    done
    exit 0
fi
if [ -n "$help" ]; then
    for arg in "$@"; do
        shift
        [ "$arg" = encoder=av1_nvenc ] && arg=encoder=hevc_nvenc
        set -- "$@" "$arg"
    done
    "$real" "$@" | sed 's/hevc/av1/g'
    exit 0
fi
[ "$encoder" = - ] && exec "$real" "$@"

# What a device lacks is said as a warning, which the level `error` hides. The flag `level` names the level of each line.
say() {
    case $loglevel in
        *error | *fatal | *panic | *quiet) shown='/^@WARNING@/d' ;;
        *) shown='' ;;
    esac
    case $loglevel in
        *level+*) named='s/^@WARNING@\(\[.*\] \)/\1[warning] /;t;s/^\(\[.*\] \)/\1[error] /' ;;
        *) named='s/^@WARNING@//' ;;
    esac
    sed -e "$shown" -e "s/@ENCODER@/$encoder/" "$folder/$fault.stderr" | sed -e "$named" >&2
}
limit=
case $fault in
    - ) ;;
    hang) exec sleep 3600 ;;
    dies-midway | short-output) limit=3 ;;
    *) say; exit 1 ;;
esac

# The same job for the CPU: another encoder, nothing that only a GPU understands.
case $encoder in
    h264_nvenc) name=libx264 options='-preset ultrafast -crf 28' ;;
    hevc_nvenc) name=libx265 options='-preset ultrafast -crf 30 -x265-params log-level=error:pools=1:frame-threads=1' ;;
    av1_nvenc) name=libsvtav1 options='-preset 12 -crf 45' ;;
esac
left=$#
while [ $left -gt 0 ]; do
    arg=$1
    shift
    left=$((left - 1))
    case $arg in
        -hwaccel | -hwaccel_* | -extra_hw_frames | -init_hw_device | -filter_hw_device | -gpu | -rc | -rc:* | -cq | \
            -cq:* | -qp | -qp:* | -multipass | -tune | -tune:* | -preset | -preset:* | -b_ref_mode* | -spatial?aq* | \
            -temporal?aq* | -aq-strength* | -rc-lookahead* | -surfaces* | -forced-idr* | -no-scenecut* | -tier* | \
            -level | -level:* | -profile | -profile:v* | -coder* | -strict_gop* | -weighted_pred* | -delay* | -b:v* | \
            -maxrate* | -minrate* | -bufsize* | -bf | -bf:* | -highbitdepth* | -split_encode_mode* | -dpb_size*)
            [ $left -gt 0 ] && shift && left=$((left - 1))
            continue
            ;;
        -c:v | -c:v:* | -codec:v* | -vcodec)
            value=$1
            shift
            left=$((left - 1))
            case $value in
                *_cuvid) ;;
                *_nvenc)
                    # shellcheck disable=SC2086 # the options are words
                    set -- "$@" "$arg" $name $options
                    ;;
                *) set -- "$@" "$arg" "$value" ;;
            esac
            continue
            ;;
        *_cuda* | *hwdownload*)
            arg=$(printf '%s' "$arg" | sed -e 's/hwupload_cuda,\{0,1\}//g' -e 's/hwdownload,\{0,1\}//g' \
                -e 's/scale_cuda=\([^,]*\):format=\([a-z0-9]*\)/scale=\1,format=\2/g' -e 's/_cuda//g')
            ;;
    esac
    # The output is the last argument; the limit is an option of it.
    [ $left -eq 0 ] && [ -n "$limit" ] && set -- "$@" -frames:v $limit
    set -- "$@" "$arg"
done
[ -z "$limit" ] && exec "$real" "$@"
"$real" "$@"
[ $fault = short-output ] && exit 0
say
exit 1

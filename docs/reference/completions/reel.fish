# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_reel_global_optspecs
    string join \n json device= tasks= state= force q/quiet ffmpeg= ffprobe= data= onnxruntime= config= server= h/help V/version
end

function __fish_reel_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_reel_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_reel_using_subcommand
    set -l cmd (__fish_reel_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c reel -n "__fish_reel_needs_command" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_needs_command" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_needs_command" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_needs_command" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_needs_command" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_needs_command" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_needs_command" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_needs_command" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_needs_command" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_needs_command" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_needs_command" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_needs_command" -s V -l version -d 'Print version'
complete -c reel -n "__fish_reel_needs_command" -f -a "transcode" -d 'Turn any video into H.264, HEVC, AV1 or VP9'
complete -c reel -n "__fish_reel_needs_command" -f -a "matte" -d 'Cut people out of their background: transparent video'
complete -c reel -n "__fish_reel_needs_command" -f -a "pack" -d 'Turn any file or folder into a video'
complete -c reel -n "__fish_reel_needs_command" -f -a "unpack" -d 'Turn a packed video back into what it was, bit by bit'
complete -c reel -n "__fish_reel_needs_command" -f -a "jobs" -d 'List, show, watch, cancel, retry or forget jobs'
complete -c reel -n "__fish_reel_needs_command" -f -a "serve" -d 'Serve the API and the page, and work on what comes in'
complete -c reel -n "__fish_reel_needs_command" -f -a "keys" -d 'Make, list, revoke or replace the keys of the server'
complete -c reel -n "__fish_reel_needs_command" -f -a "webhooks" -d 'Say who is told by the server what becomes of jobs, and look at what they were told'
complete -c reel -n "__fish_reel_needs_command" -f -a "config" -d 'Show what is set and where, or print a file of settings to begin with'
complete -c reel -n "__fish_reel_needs_command" -f -a "models" -d 'List the models that networks are run from, verify them, or add one'
complete -c reel -n "__fish_reel_needs_command" -f -a "gpu" -d 'Show which GPUs are here and which encoders on them really work'
complete -c reel -n "__fish_reel_needs_command" -f -a "doctor" -d 'Show what was found, what works, what is missing and the command that brings it'
complete -c reel -n "__fish_reel_needs_command" -f -a "generate" -d 'Write the manual pages, the shell completions, the reference or the API\'s description'
complete -c reel -n "__fish_reel_using_subcommand transcode" -s o -l output -d 'The result: a file, or a folder (existing, or ending in `/`)' -r -F
complete -c reel -n "__fish_reel_using_subcommand transcode" -l codec -d 'Codec of the pictures [default: h264, for WebM vp9]' -r -f -a "h264\t'H.264: plays everywhere'
hevc\t'HEVC (H.265): about a third smaller, plays on newer devices'
av1\t'AV1: smaller again, slower to make'
vp9\t'VP9: for WebM'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l encoder -d 'One encoder by its FFmpeg name, instead of the best for the codec' -r -f -a "libx264\t'H.264 on the CPU'
libx265\t'HEVC on the CPU'
libsvtav1\t'AV1 on the CPU'
libvpx-vp9\t'VP9 on the CPU'
h264_nvenc\t'H.264 on an NVIDIA GPU'
hevc_nvenc\t'HEVC on an NVIDIA GPU'
av1_nvenc\t'AV1 on an NVIDIA GPU'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l resolution -d 'Fit into this size: a height (720p) or a box (1280x720). Aspect is kept, nothing is enlarged' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l preset -d 'Speed against size; `cpu` is medium without a GPU' -r -f -a "ultrafast\t''
superfast\t''
veryfast\t''
faster\t''
fast\t''
medium\t''
slow\t''
slower\t''
veryslow\t''
cpu\t'Medium, and never on a GPU'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l crf -d 'Constant quality, smaller is better [default: h264 23, hevc 28, av1 35, vp9 31]' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l bitrate -d 'Average bits a second instead of constant quality: 800k, 5M' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l audio -d 'What happens to the sound [default: aac, for WebM opus]' -r -f -a "copy\t'The packets as they are'
aac\t'AAC'
opus\t'Opus'
none\t'No sound'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l chunk -d 'Cut the work into chunks: auto, none, or about so many seconds each' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l verify -d 'How the result is checked: quick walks all packets and decodes both ends and the seams, full decodes all' -r -f -a "quick\t'Every packet walked; both ends and the seams decoded'
full\t'Everything decoded'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l device -d 'Where to work: auto, cpu, gpu, gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l container -d 'File format of the result; the command line takes it from the output\'s name' -r -f -a "mp4\t'MP4, its index in front'
mkv\t'Matroska'
webm\t'WebM: VP9 or AV1 with Opus'
mov\t'QuickTime'"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand transcode" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand transcode" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand transcode" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand transcode" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand transcode" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand transcode" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand transcode" -l two-pass -d 'Look at everything once before encoding; needs --bitrate'
complete -c reel -n "__fish_reel_using_subcommand transcode" -l strict -d 'Fail on a damaged source instead of delivering what can be had'
complete -c reel -n "__fish_reel_using_subcommand transcode" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand transcode" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand transcode" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand transcode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand matte" -s o -l output -d 'The result: a file, or a folder (existing, or ending in `/`)' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l weights -d 'The network for --model rvm or onnx, an ONNX file of yours' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l background -d 'What stands behind the people instead of nothing: #RRGGBB, blur, or a picture; makes MP4' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l forecast -d 'What is said of several films before the start: what they will take (and no, where the disks do not do), only that, or nothing' -r -f -a "on\t'How long several films will take and how much they will fill; refuse where the disks do not do'
only\t'The same, also of one film; and nothing is done'
off\t'Nothing'"
complete -c reel -n "__fish_reel_using_subcommand matte" -l log -d 'Append a line for each event to this file [default: for several films matte.log in the state folder]' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l model -d 'What tells people from their background' -r -f -a "selfie\t'A small network that is brought along: people near the camera, and smaller ones by looking closer'
chroma\t'No network: a screen of one colour behind them'
rvm\t'Robust Video Matting: the file that --weights names, or the model that --network names'
onnx\t'Any network that makes a matte of one picture: the file that --weights names, or the model that --network names'"
complete -c reel -n "__fish_reel_using_subcommand matte" -l network -d 'For rvm or onnx: a network that was added to the models (reel models add), by its name' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l format -d 'What comes out [default: by the output\'s name; webm]' -r -f -a "webm\t'VP9 with alpha in WebM: plays in browsers at once'
prores\t'`ProRes` 4444 in MOV, for editors'
hevc\t'HEVC with alpha in MOV, as iOS and macOS play it; where an encoder for that is here'
ffv1\t'FFV1 in Matroska, without loss'
png\t'A PNG for each frame'
green\t'H.264 on a green, or another, background'
matte\t'The matte alone, as grey H.264'
deovr\t'H.264 with the matte in the corners, as `DeoVR` and `HereSphere` play it'"
complete -c reel -n "__fish_reel_using_subcommand matte" -l quality -d 'Speed against size and edges' -r -f -a "draft\t'Fast, to look at'
balanced\t'What most want'
best\t'Slow encoding, fewer losses'"
complete -c reel -n "__fish_reel_using_subcommand matte" -l stereo -d 'Two eyes in one picture: each is cut out by itself, and nothing crosses the seam' -r -f -a "auto\t'As the file says'
none\t'One picture'
sbs\t'Side by side'
tb\t'One above the other'"
complete -c reel -n "__fish_reel_using_subcommand matte" -l downsample-ratio -d 'How much smaller rvm looks at the picture first: auto, or 0.05 to 1' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l key-colour -d 'The screen\'s colour for chroma, as RRGGBB [default: found at the picture\'s border]' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l erode -d 'Takes so many pixels off the edge; below zero adds them' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l feather -d 'Softens the edge by so many pixels' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l levels -d 'What counts as nothing and as all, from 0 to 255: LOW,HIGH' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l start -d 'Begin here: seconds, or [HH:]MM:SS' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l duration -d 'Only so much: seconds, or [HH:]MM:SS' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l chunk -d 'Cut the work into chunks, of which a kill costs one at most: auto, none, or about so many seconds each' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l batch-size -d 'How many pictures a run of the network takes at most: eyes, and parts of a picture that are looked at closely' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l device -d 'Where to work: auto, cpu, gpu, gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand matte" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand matte" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand matte" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand matte" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand matte" -l preview -d 'A picture of nine frames on a checkerboard instead of the film, within seconds'
complete -c reel -n "__fish_reel_using_subcommand matte" -l no-audio -d 'Without sound'
complete -c reel -n "__fish_reel_using_subcommand matte" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand matte" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand matte" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand matte" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand pack" -s o -l output -d 'The video: a file, or a folder (existing, or ending in `/`)' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l passphrase-file -d 'Read the passphrase from the first line of this file' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l key-file -d 'Use this age key file instead of a passphrase' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l profile -d 'How the bytes become pictures' -r -f -a "archive\t'For disks and copies: 98 % of the video is payload; no re-encode survives'
share\t'For video sites: cells of grey that survive a re-encode'
legacy\t'The parameters of the old converter: cells of colour'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l target -d 'What a `share` video must survive [default: 1080p-10M]' -r -f -a "1080p-10M\t'A site that gives 10 Mbit/s at 1080p'
1080p-4M\t'A site that gives 4 Mbit/s at 1080p'
720p-2M\t'A site that gives 2 Mbit/s at 720p'
paranoid\t'Anything down to 480p at 1 Mbit/s'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l resolution -d 'Size of the pictures [default: 1920x1080]' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l fps -d 'Pictures a second, 1 to 60 [default: archive 10, others 30]' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l color-count -d 'Colours of a `legacy` video, 2 to 256 [default: 8]' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l nine-to-one -d 'Whether a cell of a `legacy` video is 3x3 pixels; else it is one [default: on]' -r -f -a "on\t'It is'
off\t'It is not'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l error-correction -d 'By what the repair symbols of a `legacy` video are made [default: raptor]' -r -f -a "raptor\t'RaptorQ, RFC 6330'
reed-solomon\t'Reed-Solomon over 16 bits'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l error-correction-ratio -d 'Repair symbols for each source symbol, above 0 to 0.5 [default: archive 0.05, legacy 0.1, share by target]' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l compress -d 'Whether blocks are compressed' -r -f -a "auto\t'Each block with zstd where that makes it smaller'
off\t'Not at all'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l verify -d 'How closely the finished video is looked at' -r -f -a "full\t'Every frame is read back and every block compared with its digest'
quick\t'Only the structure of the video is read back'"
complete -c reel -n "__fish_reel_using_subcommand pack" -l split-size -d 'Cut into videos of at most this size, like 1GB or 700MiB: OUT.001.avi, OUT.002.avi and so on' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l split-duration -d 'Cut into videos that play at most this long, like 10m or 1h30m' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand pack" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand pack" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand pack" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand pack" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand pack" -l encrypt -d 'Encrypt everything, name and size too; asks for a passphrase unless one of the next two or REEL_PASSPHRASE is given'
complete -c reel -n "__fish_reel_using_subcommand pack" -l no-error-correction -d 'Write no repair symbols: any damage loses bytes'
complete -c reel -n "__fish_reel_using_subcommand pack" -l no-metadata-frames -d 'Leave out the pictures that tell a person what this is'
complete -c reel -n "__fish_reel_using_subcommand pack" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand pack" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand pack" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand pack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand unpack" -s o -l output -d 'Where it goes: a file, or a folder [default: here, under its own name]' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l passphrase-file -d 'Read the passphrase from the first line of this file' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l key-file -d 'Use this age key file instead of a passphrase' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand unpack" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand unpack" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand unpack" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand unpack" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand unpack" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand unpack" -l list -d 'Only say what is in the video'
complete -c reel -n "__fish_reel_using_subcommand unpack" -l allow-partial -d 'Write what can be had when something is missing; holes are zeros and are named'
complete -c reel -n "__fish_reel_using_subcommand unpack" -l verify -d 'Only read everything and say whether it holds; nothing is written'
complete -c reel -n "__fish_reel_using_subcommand unpack" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand unpack" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand unpack" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand unpack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "list" -d 'List jobs, newest first'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "show" -d 'Show one job with its chunks, attempts and reasons'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "watch" -d 'Follow jobs until they end; without a name, all that are under way'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "cancel" -d 'Stop jobs; what they have finished is kept for a retry'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "retry" -d 'Queue failed or cancelled jobs again; their command then goes on with them'
complete -c reel -n "__fish_reel_using_subcommand jobs; and not __fish_seen_subcommand_from list show watch cancel retry forget" -f -a "forget" -d 'Forget jobs that have ended, and remove what they left in the state folder'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l only -d 'Only jobs in this state' -r -f -a "queued\t''
planning\t''
running\t''
assembling\t''
completed\t''
failed\t''
cancelled\t''"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand jobs; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand serve" -l listen -d 'Where to listen; port 0 takes any free one' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l public-url -d 'Another address under which people reach it, like https://videos.example.org; may be given several times' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l upload-max -d 'Most bytes of one upload' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l disk-reserve -d 'Bytes that uploads leave free on the disk' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l allow-private -d 'Fetch files from these addresses too, though they are not on the open network, like 192.168.0.0/16; may be given several times' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l rate -d 'Most requests a second of one tenant, once there are keys; five times as many may come at once; 0: no bound' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l tenant-tasks -d 'Most tasks of one tenant that run at once, once there are keys; 0: no bound' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l tenant-bytes -d 'Most bytes that the uploads of one tenant, and what its jobs made, may have together [default: as many as the disk takes]' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l keep-uploads -d 'Forget uploads after so long, unless a job that has not ended reads them [default: never]' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l keep-jobs -d 'Forget jobs, with what they made, so long after their end [default: never]' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l log-requests -d 'Write a line for each request on stderr: as text, or as JSON' -r -f -a "text\t'For people'
json\t'One object a line'"
complete -c reel -n "__fish_reel_using_subcommand serve" -l cache-ttl -d 'How long an answer about a video or a job may come from memory; what changes is forgotten at once; 0s: never' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand serve" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand serve" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand serve" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand serve" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand serve" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand serve" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand serve" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand serve" -l no-worker -d 'Only take jobs in; other processes on the same state folder work on them'
complete -c reel -n "__fish_reel_using_subcommand serve" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand serve" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand serve" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -f -a "create" -d 'Make a key and print it, this once'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -f -a "list" -d 'List keys, newest first, without their secrets'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -f -a "revoke" -d 'Revoke keys; a running server lets nobody in with them from then on'
complete -c reel -n "__fish_reel_using_subcommand keys; and not __fish_seen_subcommand_from create list revoke rotate" -f -a "rotate" -d 'Make a key in the place of another; for a while both are good'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l name -d 'What you call it, for example the program that will use it' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l tenant -d 'Whose uploads and jobs it sees; `local` is whoever runs the server, and the jobs of this command line' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l scope -d 'What it may do: read, write or admin; each includes the one before' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l expires -d 'How long it is good, like 30m, 12h or 90d [default: until it is revoked]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l tenant -d 'Only keys of this tenant' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l overlap -d 'How long the old one stays good, like 30m, 12h or 7d' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "create" -d 'Make a webhook and print its secret, this once'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "list" -d 'List webhooks, newest first, without their secrets'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "delete" -d 'Remove webhooks, with all that they were not told yet'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "disable" -d 'Switch webhooks off: nothing is noted for them, and what waits rests'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "enable" -d 'Switch webhooks on again'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "rotate" -d 'Make another secret and print it; for a while both sign'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "ping" -d 'Have a running server send a ping, to see whether it arrives'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "deliveries" -d 'List what webhooks were told and what they are still to be told, newest first'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "replay" -d 'Tell something again, under the same event id'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and not __fish_seen_subcommand_from create list delete disable enable rotate ping deliveries replay verify" -f -a "verify" -d 'Look whether the signature of a message on stdin is right'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l events -d 'What it wants to hear of, separated by commas: job.started, job.completed, job.failed, job.cancelled' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l description -d 'What you say of it' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l tenant -d 'Whose jobs it hears of' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l tenant -d 'Only webhooks of this tenant' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l overlap -d 'How long the old one signs as well, like 30m, 12h or 7d; at most 30d' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from ping" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l webhook -d 'Only those to this webhook' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l only -d 'Only those that are pending, delivered or dead' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l tenant -d 'Whose' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l limit -d 'At most so many' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l dead -d 'Everything that was given up for this webhook' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l tenant -d 'Whose' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l signature -d 'What `Reel-Signature` says' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l secret-file -d 'Read the secret from the first line of this file' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -f -a "show" -d 'Show every setting, what it is, and which of flag, variable, file and default said so'
complete -c reel -n "__fish_reel_using_subcommand config; and not __fish_seen_subcommand_from show example" -f -a "example" -d 'Print a reel.toml with every key, what it means and its default'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand config; and __fish_seen_subcommand_from example" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -f -a "list" -d 'List the models: which are here, what for, under which licence'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -f -a "verify" -d 'Read models again, compare their checksums, and run each once on the CPU'
complete -c reel -n "__fish_reel_using_subcommand models; and not __fish_seen_subcommand_from list verify add" -f -a "add" -d 'Copy an ONNX file in, once it was seen to run'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l licence -d 'Its licence, for your own records' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l source -d 'Where it comes from [default: its path]' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand models; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand gpu" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand gpu" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand gpu" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand gpu" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand gpu" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand gpu" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand gpu" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand gpu" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand gpu" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand gpu" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand gpu" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand gpu" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand gpu" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand doctor" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand doctor" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand doctor" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand doctor" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand doctor" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand doctor" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand doctor" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand doctor" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand doctor" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand doctor" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand doctor" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand doctor" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reel -n "__fish_reel_using_subcommand generate" -l device -d 'What does the work: auto, cpu, gpu or gpu:N' -r
complete -c reel -n "__fish_reel_using_subcommand generate" -l tasks -d 'Tasks at once at most [default: as many as fit the cores]' -r
complete -c reel -n "__fish_reel_using_subcommand generate" -l state -d 'Folder of jobs and scratch files [default: $XDG_STATE_HOME/reel or ~/.local/state/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand generate" -l ffmpeg -d 'The ffmpeg to use [default: ffmpeg from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand generate" -l ffprobe -d 'The ffprobe to use [default: the one beside ffmpeg, else ffprobe from the path]' -r -F
complete -c reel -n "__fish_reel_using_subcommand generate" -l data -d 'Folder of the models, and of ONNX Runtime [default: $XDG_DATA_HOME/reel or ~/.local/share/reel]' -r -f -a "(__fish_complete_directories)"
complete -c reel -n "__fish_reel_using_subcommand generate" -l onnxruntime -d 'The libonnxruntime.so to use [default: the one in the folder of the models, else one of the system]' -r -F
complete -c reel -n "__fish_reel_using_subcommand generate" -l config -d 'Settings to read [default: ~/.config/reel/reel.toml, else /etc/reel/reel.toml]' -r -F
complete -c reel -n "__fish_reel_using_subcommand generate" -l server -d 'Let this reel server do the work: files are sent there, results come back' -r -f
complete -c reel -n "__fish_reel_using_subcommand generate" -l json -d 'Print one JSON object a line on stdout'
complete -c reel -n "__fish_reel_using_subcommand generate" -l force -d 'Replace an output that exists'
complete -c reel -n "__fish_reel_using_subcommand generate" -s q -l quiet -d 'Say nothing but errors'
complete -c reel -n "__fish_reel_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
